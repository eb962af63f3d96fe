"""Reading assignments: by account, by principal, by permission set."""

from sandbox.identity.paging import page
from sandbox.identity.sso_admin.book import Book
from sandbox.identity.state import State
from sandbox.identity.wire import Call, Handler, Result


class Assignments:
    """The four lists."""

    def __init__(self, state: State, book: Book) -> None:
        self._directory = state.directory
        self._book = book
        self.operations: dict[str, Handler] = {
            "ListAccountAssignments": self.list,
            "ListAccountAssignmentsForPrincipal": self.list_for_principal,
            "ListPermissionSetsProvisionedToAccount": self.list_permission_sets,
            "ListAccountsForProvisionedPermissionSet": self.list_accounts,
        }

    def list(self, call: Call) -> Result:
        """Of one permission set in one account."""
        account, arn = call.params["AccountId"], call.params["PermissionSetArn"]
        self._book.check_account(account)
        self._book.permission_set(arn)
        found = [each.shape() for each in self._book.matching(account=account, permission_set=arn)]
        return page(call, "AccountAssignments", found)

    def list_for_principal(self, call: Call) -> Result:
        """Of a group, or of a user: then also those of the user's groups (API Reference)."""
        kind, principal = call.params["PrincipalType"], call.params["PrincipalId"]
        principals = [principal]
        if kind == "USER":
            memberships = self._directory.memberships.values()
            principals += [each.group_id for each in memberships if each.user_id == principal]
        account = call.params.get("Filter", {}).get("AccountId")
        found = [
            each.shape() for one in principals for each in self._book.matching(principal=one, account=account)
        ]
        return page(call, "AccountAssignments", found)

    def list_permission_sets(self, call: Call) -> Result:
        """Those that assignments use there, whether its latest state is there or a former one."""
        account = call.params["AccountId"]
        self._book.check_account(account)
        arns = self._book.permission_sets_of(account)
        return page(call, "PermissionSets", [arn for arn in arns if self._wanted(call, arn, account)])

    def list_accounts(self, call: Call) -> Result:
        """The accounts where it is assigned."""
        arn = self._book.permission_set(call.params["PermissionSetArn"]).permission_set_arn
        accounts = self._book.accounts_of(arn)
        return page(call, "AccountIds", [each for each in accounts if self._wanted(call, arn, each)])

    def _wanted(self, call: Call, arn: str, account: str) -> bool:
        state = call.params.get("ProvisioningStatus")
        latest = self._book.is_latest(arn, account)
        return state is None or latest == (state == "LATEST_PERMISSION_SET_PROVISIONED")
