"""The audit trail's bucket: entries go in once, and nothing that is in it is changed or taken away."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from functions.aws.audit_trail import PREFIX
from infra import names
from infra.config import Deployment
from infra.resources.grants import Grant, acknowledge

WRITER = "audit"
"""The one capability whose role may put entries."""


class Trail(Construct):
    """A bucket under Object Lock that outlives its stack, and what nobody may do to it."""

    def __init__(self, scope: Construct, id_: str, deployment: Deployment) -> None:
        super().__init__(scope, id_)
        name = names.audit_bucket(deployment.hub_account, deployment.hub_region)
        self._arn = f"arn:aws:s3:::{name}"
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=name,
            versioned=True,
            object_lock_enabled=True,
            object_lock_default_retention=_retention(deployment),
            # Not a KMS key: whoever may delete that could make the whole trail unreadable at one stroke.
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        for statement in self._nobody_may(deployment):
            self.bucket.add_to_resource_policy(statement)
        if self.bucket.policy is None:
            raise ValueError("the audit trail's bucket has no policy")
        # What the stack leaves behind stays guarded.
        self.bucket.policy.apply_removal_policy(RemovalPolicy.RETAIN)
        acknowledge(
            self.bucket,
            {
                "AwsSolutions-S1": (
                    "Access logs would need a bucket of their own to guard. Who reads or tries to change the "
                    "trail is told by CloudTrail's data events, where the organization records them."
                )
            },
        )
        CfnOutput(self, "Name", value=name).override_logical_id("AuditBucket")

    def put(self) -> Grant:
        """Entries in; nothing out, and no word on how long they are locked."""
        return Grant(
            actions=["s3:PutObject"],
            resources=[f"{self._arn}/{PREFIX}*"],
            why="The key of an entry names the person and the change; the bucket and the folder are fixed.",
        )

    def _nobody_may(self, deployment: Deployment) -> Sequence[iam.PolicyStatement]:
        account = deployment.hub_account
        writer = names.function(WRITER)
        # The session's form beside the role's, for evaluators that show that one.
        writers = [names.role_arn(account, writer), f"arn:aws:sts::{account}:assumed-role/{writer}/*"]
        deployers = names.role_arn(account, "cdk-*-cfn-exec-role-*")
        every = f"{self._arn}/*"
        return [
            _denied(
                "NobodyTakesAway",
                [
                    "s3:DeleteObject",
                    "s3:DeleteObjectVersion",
                    "s3:BypassGovernanceRetention",
                    "s3:PutObjectRetention",
                    "s3:PutObjectLegalHold",
                ],
                every,
            ),
            _denied(
                "OnlyTheAuditFunctionWrites",
                ["s3:PutObject"],
                every,
                {"ArnNotLike": {"aws:PrincipalArn": writers}},
            ),
            # Amazon S3 User Guide, "Enforce conditional writes on Amazon S3 buckets".
            _denied("NothingIsWrittenOver", ["s3:PutObject"], every, {"Null": {"s3:if-none-match": "true"}}),
            # Through CloudFormation, with the role of the CDK or with the deployer's own rights: else nobody
            # could change `audit_retention_days`. What is locked already stays locked whatever is set.
            _denied(
                "OnlyADeploymentSetsTheLock",
                ["s3:PutBucketObjectLockConfiguration", "s3:PutLifecycleConfiguration"],
                self._arn,
                {
                    "ArnNotLike": {"aws:PrincipalArn": deployers},
                    "ForAllValues:StringNotEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]},
                },
            ),
        ]


def _retention(deployment: Deployment) -> s3.ObjectLockRetention:
    time = Duration.days(int(deployment.audit_retention_days))
    if deployment.audit_retention_mode == "COMPLIANCE":
        return s3.ObjectLockRetention.compliance(time)
    return s3.ObjectLockRetention.governance(time)


def _denied(
    sid: str, actions: Sequence[str], resource: str, conditions: Mapping[str, Mapping[str, Any]] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(actions),
        resources=[resource],
        conditions=dict(conditions or {}),
    )
