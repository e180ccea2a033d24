"""The provider of laptops and tests."""
