# Writes rails-cookies.json: cookies signed by a real ActiveSupport, in the formats of Rails 6.1, 7 and 8.
#
#   apt-get install ruby-activesupport && ruby rails-cookies.rb > rails-cookies.json
#
# What Rails' own cookie jar does (ActionDispatch::Cookies): the value is serialised, put into an envelope with the
# cookie's purpose, and signed by ActiveSupport::MessageVerifier. Rails 7.0 derives the key with SHA256; from 7.1 on
# the envelope leaves out `exp` when there is none.
require 'active_support'
require 'active_support/message_verifier'
require 'active_support/key_generator'
require 'active_support/json'
require 'active_support/time'
require 'json'
require 'uri'

SECRET = '0f1e2d3c4b5a69788796a5b4c3d2e1f0' * 4
FORMER = 'fedcba98765432100123456789abcdef' * 4
SALT = 'signed cookie'

# The cookie jar hands serialised text to the verifier.
module NullSerializer
  def self.dump(value) = value
  def self.load(value) = value
end

def key(secret, digest)
  return ActiveSupport::KeyGenerator.new(secret, iterations: 1000).generate_key(SALT, 64) if digest == 'SHA1'
  OpenSSL::PKCS5.pbkdf2_hmac(secret, SALT, 1000, 64, OpenSSL::Digest.new(digest))
end

def verifier(secret, key_digest, digest)
  ActiveSupport::MessageVerifier.new(key(secret, key_digest), digest: digest, serializer: NullSerializer)
end

# From 7.1 on the envelope has no `exp` of null.
def envelope_of_7_1(text, name, expires_at)
  rails = { 'message' => ::Base64.strict_encode64(text) }
  rails['exp'] = expires_at.utc.iso8601(3) if expires_at
  ActiveSupport::JSON.encode('_rails' => rails.merge('pur' => "cookie.#{name}"))
end

def cookie(value, secret: SECRET, key_digest: 'SHA256', digest: 'SHA1', serializer: :json, name: 'session_id',
           expires_at: nil, purpose: true, envelope: '7.1')
  text = serializer == :json ? ActiveSupport::JSON.encode(value) : Marshal.dump(value)
  signer = verifier(secret, key_digest, digest)
  signed = if !purpose then signer.generate(text)
           elsif envelope == '6.1' then signer.generate(text, purpose: "cookie.#{name}", expires_at: expires_at)
           else signer.generate(envelope_of_7_1(text, name, expires_at))
           end
  URI.encode_www_form_component(signed)
end

NEVER = Time.utc(2126, 1, 1)
LONG_AGO = Time.utc(2020, 1, 1)

def entry(what, value, **options)
  { what: what, value: value.nil? ? nil : value.to_s, cookie: cookie(options.delete(:signs) || value, **options) }
end

cookies = [
  entry('Rails 8, defaults', 42),
  entry('Rails 8, permanent', 42, expires_at: NEVER),
  entry('Rails 8, a text id', '0198c1a2-7b7e-7cc3-98c4-dc0c0c07398f'),
  entry('Rails 8, an id beyond what a number holds', 9_007_199_254_740_993),
  entry('Rails 8, SHA256 for the signature', 42, digest: 'SHA256'),
  entry('Rails 8, a text with characters to escape', "?>~~\u00fc+/=\u{1f600}"),
  entry('Rails 7.0, SHA256 for the key', 42, envelope: '6.1'),
  entry('Rails 7.0, permanent', 42, envelope: '6.1', expires_at: NEVER),
  entry('Rails 6.1, SHA1 for the key', 42, envelope: '6.1', key_digest: 'SHA1'),
  entry('Rails 6.1, SHA1 for the key, SHA256 for the signature', 42, envelope: '6.1', key_digest: 'SHA1', digest: 'SHA256'),
  entry('Rails 6.1, Marshal, an integer', 42, envelope: '6.1', key_digest: 'SHA1', serializer: :marshal),
  entry('Rails 8, signed with the former secret', 42, secret: FORMER),
]
marshalled = [0, 1, 5, -1, -5, 122, 123, 255, 256, -123, -124, -256, -257, 65_535, 65_536, 16_777_216, 2**30 - 1, -(2**30),
              2**30, -(2**30) - 1, 2**53 + 1, 2**63 - 1, -(2**63), '', 'abc', 'x' * 300, "\u00fc\u{1f600}"]
marshalled.each { |value| cookies << entry("Marshal, #{value.inspect[0, 24]}", value, serializer: :marshal) }

refused = [
  entry('expired', nil, signs: 42, expires_at: LONG_AGO),
  entry('expired, envelope of 6.1', nil, signs: 42, expires_at: LONG_AGO, envelope: '6.1'),
  entry('signed for another cookie', nil, signs: 42, name: 'user_id'),
  entry('signed without a purpose', nil, signs: 42, purpose: false),
  entry('signed with another secret', nil, signs: 42, secret: 'a secret that nobody rotated to, of some length'),
  entry('a JSON object', nil, signs: { 'id' => 42 }),
  entry('a JSON list', nil, signs: [42]),
  entry('a JSON fraction', nil, signs: 4.2),
  entry('JSON true', nil, signs: true),
  entry('Marshal, a symbol', nil, signs: :abc, serializer: :marshal),
  entry('Marshal, an array', nil, signs: [42], serializer: :marshal),
  entry('Marshal, a hash', nil, signs: { 'id' => 42 }, serializer: :marshal),
  entry('Marshal, an object', nil, signs: Object.new, serializer: :marshal),
  entry('Marshal, binary', nil, signs: "abc".b, serializer: :marshal),
  entry('Marshal, nil in a text with another encoding', nil, signs: 'abc'.encode('UTF-16LE'), serializer: :marshal),
  entry('Marshal, a float', nil, signs: 4.2, serializer: :marshal),
]

puts JSON.pretty_generate(
  written_by: "ActiveSupport #{ActiveSupport.version}, Ruby #{RUBY_VERSION}",
  secret: SECRET, former: FORMER, cookies: cookies, refused: refused
)
