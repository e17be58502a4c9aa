"""Wire shapes of the room."""
