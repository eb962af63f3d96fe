"""What an organization has besides Ostiary: a trail; and the bus policy, through the API that takes it."""

from infra.config import ORGANIZATIONS_REGION
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.world import World

TRAIL = "organization"


def put_up(world: World) -> None:
    """Start the trail, and give the hub's bus the policy that the embedded CloudFormation cannot deploy."""
    cloudtrail = world.aws.client("cloudtrail", MANAGEMENT_ACCOUNT, ORGANIZATIONS_REGION)
    cloudtrail.create_trail(Name=TRAIL, S3BucketName="organization-trail", IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name=TRAIL)
    let_in(world)


def let_in(world: World) -> None:
    """Amazon EventBridge API Reference, "PutPermission": the principal is an account's number."""
    for each in world.left_out:
        if each.type == "AWS::Events::EventBusPolicy":
            statement = each.properties["Statement"]
            world.aws.client("events", each.account, each.region).put_permission(
                EventBusName="ostiary",
                StatementId=each.properties["StatementId"],
                Principal=statement["Principal"]["AWS"].split(":")[4],
                Action=statement["Action"],
            )
