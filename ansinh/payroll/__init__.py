"""The month: calculated, checked, approved by a second person, frozen. What was approved is what is paid."""
