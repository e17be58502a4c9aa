"""Messages to people: always in the app, on top of that through the channels that are there."""
