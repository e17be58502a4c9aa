"""THE PROOF."""
