-- Asks Sync to end the run.
obj.spec.cancel = true
return obj
