-- Starts it once; a SyncRun follows the run.
local os = require("os")
local metadata = obj.metadata
if metadata.annotations == nil then
  metadata.annotations = {}
end
metadata.annotations["sync.cdata.com/run-requested-at"] = os.date("!%Y-%m-%dT%XZ")
return obj
