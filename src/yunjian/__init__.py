"""Yunjian 云间: oversight of the upkeep of emission monitors."""
