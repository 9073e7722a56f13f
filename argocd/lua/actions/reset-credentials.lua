-- Sends the credentials to Sync again, and has the connection log in anew.
local os = require("os")
local metadata = obj.metadata
if metadata.annotations == nil then
  metadata.annotations = {}
end
metadata.annotations["sync.cdata.com/reset-credentials-requested-at"] = os.date("!%Y-%m-%dT%XZ")
return obj
