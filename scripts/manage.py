"""Django management for development (makemigrations and the like), on the test settings."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.test")
from django.core.management import execute_from_command_line

execute_from_command_line(sys.argv)
