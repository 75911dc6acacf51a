"""The wizard with its pages, and 「すべて更新」."""
