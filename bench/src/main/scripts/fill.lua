-- wrk: PUTs key-0, key-1, … once each with 1 KiB values; run with one thread.
-- Arguments after "--": path prefix, number of keys
local body = string.rep("quorate!", 128)
local prefix, keys
local next_key = 0

function init(args)
  prefix, keys = args[1], tonumber(args[2])
end

function request()
  local path = prefix .. "key-" .. (next_key % keys)
  next_key = next_key + 1
  return wrk.format("PUT", path, nil, body)
end
