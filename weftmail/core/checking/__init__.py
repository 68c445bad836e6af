"""Our own check of who sent a mail, for sites without a milter: SPF, DKIM, DMARC and ARC, by what the DNS says."""
