# Rails' Action Cable on puma, as Debian brings them: one channel, everybody streams from one room.
#
# Reads lines: a number broadcasts so many markers. Writes its port first, then a line when they were handed over.
require 'logger'
require 'action_cable'
require 'puma'
require 'puma/server'
require 'puma/events'

class BenchConnection < ActionCable::Connection::Base
end

class SyncChannel < ActionCable::Channel::Base
  def subscribed
    stream_from "#{params[:model]}:#{params[:id]}"
  end
end

$stdout.sync = true
config = ActionCable::Server::Base.config
config.cable = { 'adapter' => 'async' }
config.connection_class = -> { BenchConnection }
config.logger = Logger.new(File::NULL)
config.disable_request_forgery_protection = true
config.worker_pool_size = 4

server = Puma::Server.new(ActionCable.server, Puma::Events.null)
port = server.add_tcp_listener('127.0.0.1', 0).addr[1]
server.run
puts port
while (line = $stdin.gets)
  line.to_i.times { ActionCable.server.broadcast('Account:1', { action: 'refresh', prop: 'account' }) }
  puts 'done'
end
exit!
