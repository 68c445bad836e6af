"""The only home of SQL, the mail server's map aside."""
