-- Has Sync read the tables and columns of the connection anew.
local os = require("os")
local metadata = obj.metadata
if metadata.annotations == nil then
  metadata.annotations = {}
end
metadata.annotations["sync.cdata.com/reset-metadata-requested-at"] = os.date("!%Y-%m-%dT%XZ")
return obj
