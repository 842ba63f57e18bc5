"""What the commands of `pod volume` do."""
