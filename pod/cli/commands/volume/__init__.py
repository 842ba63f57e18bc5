"""The commands of `pod volume`."""
