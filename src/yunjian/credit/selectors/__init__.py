"""Every read of the room, scoped to the acting actor."""
