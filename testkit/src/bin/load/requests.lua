-- One request again and again. {i} in the body counts through `LOAD_NAMES` people, who stand `LOAD_STRIDE` apart.
-- What came back is counted by status; of 503 also how many did not say when to try again.
local method, path, body = os.getenv("LOAD_METHOD"), os.getenv("LOAD_PATH"), os.getenv("LOAD_BODY")
local names, stride = tonumber(os.getenv("LOAD_NAMES")), tonumber(os.getenv("LOAD_STRIDE"))
local headers = { ["Host"] = os.getenv("LOAD_HOST"), ["Accept"] = os.getenv("LOAD_ACCEPT") }
if os.getenv("LOAD_COOKIE") ~= "" then headers["Cookie"] = os.getenv("LOAD_COOKIE") end
local threads, requests, place = {}, {}, 0

function setup(thread) table.insert(threads, thread) end

function init()
  statuses, mute = {}, 0
  if method == "POST" then
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    headers["Sec-Fetch-Site"] = "same-origin"
  end
  for i = 0, names - 1 do
    local filled = body:gsub("{i}", tostring(i * stride))
    requests[i] = wrk.format(method, path, headers, method == "POST" and filled or nil)
  end
end

function request()
  place = (place + 1) % names
  return requests[place]
end

function response(status, headers)
  statuses[status] = (statuses[status] or 0) + 1
  if status == 503 and not headers["retry-after"] then mute = mute + 1 end
end

function done(summary, latency)
  local all, unsaid = {}, 0
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("statuses")) do all[status] = (all[status] or 0) + count end
    unsaid = unsaid + thread:get("mute")
  end
  local parts = {}
  for status, count in pairs(all) do table.insert(parts, string.format('"%d":%d', status, count)) end
  local errors = summary.errors
  io.write(string.format(
    'JSON {"requests":%d,"seconds":%.4f,"p50":%.4f,"p99":%.4f,"unanswered":%d,"mute":%d,"statuses":{%s}}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.timeout, unsaid, table.concat(parts, ",")))
end
