"""Who somebody is to others, and how they want the platform to be for them."""
