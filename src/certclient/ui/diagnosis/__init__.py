"""調査用の情報を保存: what the bank's help desk is sent, shown before it is kept."""
