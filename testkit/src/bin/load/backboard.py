# Backboard among the systems of a folder of peers: what their tools/bench.py starts and asks. testkit/src/bin/load/peers.rs
# has prepared its folder and forgets the limits of single persons from behind, which limits.multiply leaves alone.
form = "Content-Type: application/x-www-form-urlencoded\nAccept: application/json\nSec-Fetch-Site: same-origin"
reset = dict(method="POST", path="/api/reset/request", headers=form, expect="200")
sign_in = dict(method="POST", path="/api/sign-in/password", headers=form)
TARGETS["backboard"] = dict(
    start=["sh", "-c", 'cd "$BACKBOARD_FOLDER" && exec "$BACKBOARD_BIN" serve'],
    env={},
    base="http://" + os.environ["BACKBOARD_LISTEN"],
    pages=dict(login="/sign-in", forgot="/forgot-password"),
    phases=dict(
        get_login=dict(method="GET", path="/sign-in", headers="Accept: text/html", expect="200"),
        reset_known=dict(reset, body="login=user{i}%40example.org&robot=on"),
        reset_unknown=dict(reset, body="login=nobody{i}%40example.org&robot=on"),
        signin_ok=dict(sign_in, expect="200", body="username=user{i}&password=Correct-Horse-9"),
        signin_bad=dict(sign_in, expect="422", body="username=user{i}&password=wrong-password-1"),
        signin_unknown=dict(sign_in, expect="422", body="username=nobody{i}&password=wrong-password-1"),
    ),
)
