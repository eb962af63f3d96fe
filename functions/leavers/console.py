"""Where a person is to be found in Identity Center's console."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Console:
    """Where Identity Center's console is. AWS documents no link to a user; this is the one it shows."""

    region: str
    instance_arn: str

    def user(self, user_id: str | None) -> str:
        instance = self.instance_arn.rpartition("/")[2].removeprefix("ssoins-")
        users = (
            f"https://{self.region}.console.aws.amazon.com/singlesignon/home"
            f"?region={self.region}#!/instances/{instance}/users"
        )
        return f"{users}/user-details/{user_id}" if user_id else users
