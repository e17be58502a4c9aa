"""Single mistakes in the rooms and in the phone app, planted in a copy and asked of the tests."""
