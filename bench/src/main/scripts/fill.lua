-- wrk: PUTs key-0, key-1, … in turn; run with one thread.
-- Arguments after "--": path prefix, number of keys, bytes a value (1024), method (PUT), query
local body, prefix, keys, method, query
local next_key = 0

function init(args)
  prefix, keys = args[1], tonumber(args[2])
  body = string.rep("q", tonumber(args[3] or "1024"))
  method, query = args[4] or "PUT", args[5] or ""
end

function request()
  local path = prefix .. "key-" .. (next_key % keys) .. query
  next_key = next_key + 1
  return wrk.format(method, path, nil, method == "PUT" and body or nil)
end

function done(summary)
  local errors = summary.errors
  local bad = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("%d wrong of %d\n", bad, summary.requests))
end
