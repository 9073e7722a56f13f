-- No write and no run until it is resumed; Sync's own schedule goes on.
obj.spec.suspend = true
return obj
