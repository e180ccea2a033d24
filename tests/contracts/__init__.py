"""What services promised one another stays readable: every contract against bytes that were written when it was new."""
