"""WeChat's web interfaces: a small client, and a simulator of the far side."""
