"""What blocks a deal: cases of companies, as they and the partners that follow them see them."""
