-- wrk: requests on 100,000 keys, of 1 KiB values where it is a PUT.
-- Arguments after "--": method, path prefix, number of keys
local body = string.rep("quorate!", 128)
local method, prefix, keys

function init(args)
  method, prefix, keys = args[1], args[2], tonumber(args[3])
  math.randomseed(os.time())
end

function request()
  local path = prefix .. "key-" .. math.random(0, keys - 1)
  if method == "PUT" then
    return wrk.format("PUT", path, nil, body)
  end
  return wrk.format(method, path)
end

function done(summary, latency)
  local errors = summary.errors
  local bad = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("RESULT %.0f %.2f %.2f %d\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, bad))
end
