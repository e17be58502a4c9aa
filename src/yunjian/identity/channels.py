"""How messaging finds the people it writes to; filled in when the WeChat channel registers."""
