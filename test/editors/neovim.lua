-- Neovim with its own LSP client, without a screen: types into a document of a live session, and prints what it saw.
local folder, session_id = vim.env.VM_FOLDER, vim.env.VM_SESSION_ID

local ended
local id = vim.lsp.start_client({
  name = 'vm-system',
  cmd = { vim.env.VM_LAUNCHER, 'daemon', '--stdio' },
  root_dir = folder,
  on_exit = function(code) ended = code end,
  on_error = function(_, message) error(vim.inspect(message)) end,
})
local client = vim.lsp.get_client_by_id(id)

local function wait_for(what, condition)
  if not vim.wait(20000, condition, 10) then error('waited in vain for ' .. what) end
end

local buffer
local function ask(method, params)
  -- With the buffer's number: changes that the editor has not sent yet go first.
  local answer = assert(client.request_sync(method, params, 20000, buffer))
  if answer.err then error(method .. ': ' .. vim.inspect(answer.err)) end
  return answer.result
end

local function text_of_float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      return table.concat(lines, '\n')
    end
  end
end

wait_for('initialize', function() return client.initialized end)
local path = folder .. '/a.js'
vim.cmd('edit ' .. path)
buffer = vim.api.nvim_get_current_buf()
vim.lsp.buf_attach_client(buffer, id)
ask('vm/document/bind', { uri = vim.uri_from_bufnr(buffer), session_id = session_id })
local report = { capabilities = client.server_capabilities, lenses = {}, diagnostics = {} }

-- The editor makes its own didChange of what is typed.
vim.api.nvim_feedkeys('Goconfig.', 'tx', false)
local position = vim.lsp.util.make_position_params()
position.position.character = #vim.api.nvim_get_current_line()
wait_for('completion', function()
  local items = vim.lsp.util.text_document_completion_list_to_complete_items(ask('textDocument/completion', position), '')
  report.completion = vim.tbl_map(function(item) return item.word end, items)
  return #items > 0
end)
vim.cmd('undo')

vim.api.nvim_win_set_cursor(0, { 1, 14 })
wait_for('hover', function()
  vim.lsp.buf.hover()
  return vim.wait(1000, function() return text_of_float() ~= nil end, 10)
end)
report.hover = text_of_float()

ask('vm/execution/runFile', { session_id = session_id, path = 'a.js' })
wait_for('diagnostics', function() return #vim.diagnostic.get(buffer) > 0 end)
for _, each in ipairs(vim.diagnostic.get(buffer)) do
  local range = {
    start = { line = each.lnum, character = each.col },
    ['end'] = { line = each.end_lnum, character = each.end_col },
  }
  table.insert(report.diagnostics, { message = each.message, range = range })
end
vim.fn.writefile({}, path)
ask('vm/execution/runFile', { session_id = session_id, path = 'a.js' })
wait_for('a clean run', function() return #vim.diagnostic.get(buffer) == 0 end)
report.diagnosticsLater = #vim.diagnostic.get(buffer)
for _, lens in ipairs(ask('textDocument/codeLens', { textDocument = { uri = vim.uri_from_bufnr(buffer) } })) do
  table.insert(report.lenses, lens.command.title)
end

-- shutdown and exit, as the editor does it when it is left.
client.stop()
wait_for('the end', function() return ended ~= nil end)
report.exitCode = ended
io.stdout:write(vim.json.encode(report) .. '\n')
vim.cmd('qa!')
