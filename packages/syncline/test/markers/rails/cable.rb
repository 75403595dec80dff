# A Rails Action Cable server as small as it can be, with the SyncChannel of the references in both forms.
# Prints its port; each line of its input is `<stream> <JSON>` to broadcast, or `restart` to end every connection.
require 'json'
require 'logger'
require 'action_cable'
require 'action_dispatch'
require 'puma'
require 'puma/server'

class Connection < ActionCable::Connection::Base
  # Here because a page's cookie decides in an application; these connections are nobody's.
  identified_by :current_user

  def connect
    self.current_user = 'ana'
  end
end

class SyncChannel < ActionCable::Channel::Base
  def subscribed
    return if params[:model].nil?
    return reject if params[:model] == 'Secret'

    stream_from [params[:model], params[:id]].join(':') + (params[:collection] ? "/#{params[:collection]}" : '')
  end

  def subscribe_to(data)
    identifier = data['identifier']
    if identifier.start_with?('Secret')
      transmit({ type: 'error', identifier: identifier, error: 'Unauthorized' })
    else
      stream_from identifier
      transmit({ type: 'subscribed', identifier: identifier })
    end
  end

  def unsubscribe_from(data)
    stop_stream_from data['identifier']
  end
end

cable = ActionCable.server
cable.config.cable = { 'adapter' => 'async' }
cable.config.logger = Logger.new(nil)
cable.config.connection_class = -> { Connection }
cable.config.disable_request_forgery_protection = true

server = Puma::Server.new(->(env) { cable.call(env) }, Puma::Events.null)
port = server.add_tcp_listener('127.0.0.1', 0).addr[1]
server.run
$stdout.puts port
$stdout.flush

while (line = $stdin.gets)
  stream, json = line.chomp.split(' ', 2)
  stream == 'restart' ? cable.restart : cable.broadcast(stream, JSON.parse(json))
end
exit!
