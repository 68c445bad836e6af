"""What a mail reports: delivery status, bounce letters, their reasons, and answers that no person wrote."""
