-- Approves the plan that is shown now; one that changed meanwhile has another id and is not approved.
local metadata = obj.metadata
if metadata.annotations == nil then
  metadata.annotations = {}
end
if obj.status ~= nil and obj.status.plan ~= nil then
  metadata.annotations["sync.cdata.com/approve-plan"] = obj.status.plan.id
end
return obj
