"""What a pull request does, and whether who opened it may. Pure: knows no git and no forge."""
