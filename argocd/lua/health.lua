-- What Argo CD shows for every resource of sync.cdata.com. It follows the conditions as kstatus does, with two words of its own:
-- what awaits approval or is suspended is Suspended. A failed run or stale data leaves the configuration Healthy, with the failure in
-- the message: Degraded would stop the very sync that brings the fix. Who wants it otherwise installs argocd-cm-strict.yaml.
local failed_run = "Healthy"

local function progressing(message)
  return { status = "Progressing", message = message }
end

local status = obj.status
if status == nil or status.conditions == nil then
  return progressing("sync-operator has not looked at it yet")
end
if status.observedGeneration ~= obj.metadata.generation then
  return progressing("sync-operator has not looked at the latest change yet")
end

local by = {}
for _, condition in ipairs(status.conditions) do
  by[condition.type] = condition
end

local stalled = by.Stalled
if stalled ~= nil and stalled.status == "True" then
  if stalled.reason == "AwaitingApproval" or stalled.reason == "Suspended" then
    return { status = "Suspended", message = stalled.message }
  end
  return { status = "Degraded", message = stalled.reason .. ": " .. stalled.message }
end

local reconciling = by.Reconciling
if reconciling ~= nil and reconciling.status == "True" then
  return progressing(reconciling.message)
end

local ready = by.Ready
if ready == nil or ready.status ~= "True" then
  return progressing(ready and ready.message or "sync-operator has not looked at it yet")
end
if ready.reason == "Suspended" then
  return { status = "Suspended", message = ready.message }
end

local health = { status = "Healthy", message = ready.message }
if by.Synced ~= nil and by.Synced.status == "False" then
  health.message = by.Synced.message
end
for _, kind in ipairs({ "LastRunSucceeded", "Fresh" }) do
  local condition = by[kind]
  if condition ~= nil and condition.status == "False" then
    health.status = failed_run
    health.message = health.message .. "; " .. condition.message
  end
end
return health
