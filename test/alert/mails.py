"""An SMTP server with STARTTLS and AUTH. Prints its port, then each mail as one line of JSON.

mails.py CERT KEY [PORT]: user sealbeat with the password secret; asks for both before it takes a mail.
"""
import asyncio, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

class Handler:
    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
            "login": session.authenticated, "content": envelope.content.decode("utf-8"),
        }), flush=True)
        return "250 taken as number 7"

def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"sealbeat" and data.password == b"secret"
    return AuthResult(success=good, handled=good)

async def main():
    cert, key, *port = sys.argv[1:]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(
        Handler(), hostname="mail.example.net", tls_context=context, require_starttls=True, auth_required=True,
        authenticator=authenticate), "127.0.0.1", int(port[0]) if port else 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
