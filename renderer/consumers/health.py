"""How a Notebook is doing, in the languages of those who ask: Lua for Argo CD, CEL for Flux.

Its status is our agent's. Where no agent is, there is none, and nothing is waited for.
"""

from __future__ import annotations

from renderer import labels
from renderer.context import API_VERSION

# The manager of what our agent writes to a status: CEL cannot ask whether there is a status.
STATUS_MANAGER = "octavo-status"
LUA_KEY = f"resource.customizations.health.{labels.GROUP}_Notebook"

LUA = """\
local status = obj.status
if status == nil or status.conditions == nil then
  return {status = "Healthy", message = "no agent reports how it is"}
end
if status.observedGeneration ~= nil and status.observedGeneration ~= obj.metadata.generation then
  return {status = "Progressing", message = "the agent has not seen its last change yet"}
end
local ready = {}
for _, condition in ipairs(status.conditions) do
  if condition.type == "Ready" then
    ready = condition
  elseif condition.status == "False"
      and (condition.type == "Synced" or condition.type == "DependenciesReady") then
    return {status = "Degraded", message = condition.message or condition.reason}
  end
end
if status.stopped then
  return {status = "Suspended", message = ready.message or "it is stopped"}
end
if ready.status == "True" then
  if status.updatePending then
    return {status = "Healthy", message = "it runs; its next start brings an update"}
  end
  return {status = "Healthy", message = ready.message}
end
return {status = "Progressing", message = ready.message or "it is not ready yet"}
"""

_REPORTED = (
    "has(metadata.managedFields) && "
    f"metadata.managedFields.exists(m, m.manager == '{STATUS_MANAGER}')"
)
_TROUBLE = (
    "has(status.conditions) && status.conditions.exists(c, "
    "c.type in ['Synced', 'DependenciesReady'] && c.status == 'False')"
)
_SETTLED = "has(status.ready) && status.ready || has(status.stopped) && status.stopped"

# Flux evaluates `failed` before `current`; without either a bundle is waited for.
CEL = [
    {
        "apiVersion": API_VERSION,
        "kind": "Notebook",
        "failed": f"{_REPORTED} && {_TROUBLE}",
        "current": f"!({_REPORTED}) || {_SETTLED}",
    },
    # Many claims are bound when a pod first needs them, which that of a stopped notebook never is.
    {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "failed": "status.phase == 'Lost'",
        "current": "status.phase != 'Lost'",
    },
]
