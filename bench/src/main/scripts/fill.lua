-- wrk: PUTs key-0, key-1, … in turn; run with one thread.
-- Arguments after "--": path prefix, number of keys, bytes a value (1024)
local body, prefix, keys
local next_key = 0

function init(args)
  prefix, keys = args[1], tonumber(args[2])
  body = string.rep("q", tonumber(args[3] or "1024"))
end

function request()
  local path = prefix .. "key-" .. (next_key % keys)
  next_key = next_key + 1
  return wrk.format("PUT", path, nil, body)
end
