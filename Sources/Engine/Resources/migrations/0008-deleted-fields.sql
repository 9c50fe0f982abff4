-- Custom fields that were deleted: their columns stay for fifteen days.
ALTER TABLE az_field ADD COLUMN deleted INTEGER;
