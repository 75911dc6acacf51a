class DBusAddress:
    def __init__(
        self, object_path: str, bus_name: str | None = ..., interface: str | None = ...
    ) -> None: ...

class Message:
    body: tuple[object, ...]

class DBusErrorResponse(Exception): ...  # noqa: N818 - jeepney's name

def new_method_call(remote_obj: DBusAddress, method: str) -> Message: ...
