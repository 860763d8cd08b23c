"""What is known of one bot at one moment: the resources, the live Deployment and pods, and the bot's own report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from ritsuko_api.bot import KIND as BOT_KIND
from ritsuko_api.bot import RitsukoBot
from ritsuko_api.config import describe
from ritsuko_api.reasons import Reason
from ritsuko_api.runtime import RuntimeReport, ServerReport
from ritsuko_api.sidecar import KIND as SIDECAR_KIND
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.reconcile.children.refusals import Refusals, holding
from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef, View
from ritsuko_operator.reconcile.errors import InvalidResourceError
from ritsuko_operator.reconcile.identity_cache import IdentityCache
from ritsuko_operator.reconcile.kinds import DEPLOYMENT, POD
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.reconcile.pods import pods, rollout
from ritsuko_operator.reconcile.pods.pods import Pod
from ritsuko_operator.render.scale import desired_pods
from ritsuko_operator.render.select import Rejection, SidecarSelection, accept

BOT_CONTAINER = "bot"

_HOT_BOTS = 32
_NO_REFUSALS = Refusals(Memory())


@dataclass(frozen=True)
class Observation:
    """One bot and everything that its status speaks of."""

    bot: RitsukoBot
    selection: SidecarSelection
    deployment: Object | None = None
    pods: Sequence[Pod] = field(default_factory=tuple[Pod, ...])

    @property
    def suspended(self) -> bool:
        """Whether no pod is meant to run."""
        return desired_pods(self.bot, self.scaled_to) == 0

    @property
    def scaled_to(self) -> int | None:
        """How many pods an autoscaler of the Deployment wants; `replicas` is not in effect then."""
        return rollout.scaled_to(self.deployment)

    @property
    def newest(self) -> list[Pod]:
        return pods.newest(self.pods)

    @property
    def reporter(self) -> Pod | None:
        """The pod whose report in `status.runtime` can be trusted: it is there, and its bot container is ready."""
        report = self.bot.status.runtime
        if report is None:
            return None
        return next((pod for pod in self.pods if pod.uid == report.pod_uid and pod.serves(BOT_CONTAINER)), None)

    @property
    def report(self) -> RuntimeReport | None:
        """The bot's own report, if it can be trusted."""
        return self.bot.status.runtime if self.reporter else None

    @property
    def disconnected_message(self) -> str | None:
        """What a bot that is up but not ready says of Zulip.

        Its good news is not trusted; that it is not connected may be the very reason why it is not ready.
        """
        report = self.bot.status.runtime
        if report is None or self.reporter or report.zulip.connected:
            return None
        up = (pod.uid == report.pod_uid and pod.container(BOT_CONTAINER).running for pod in self.pods)
        return report.zulip.message if any(up) else None

    def server(self, name: str) -> ServerReport | None:
        report = self.report
        return next((server for server in report.servers if server.name == name), None) if report else None


# A bot is observed before and after it is brought in line, and by each of its sidecars.
_observations = IdentityCache[Observation](most=_HOT_BOTS)


def observe(view: View, bot_object: Object, refusals: Refusals | None = None) -> Observation:
    """Puts together what the view has of the bot, and what the apiserver would not have in its pod.

    Raises `InvalidResourceError` if the bot cannot be read; sidecars that cannot be read are refused, one by one.
    """
    key = BotKey(bot_object["metadata"]["namespace"], bot_object["metadata"]["name"])
    sidecar_objects = list(view.sidecars_of(bot_object))
    deployment = view.get(ObjectRef(DEPLOYMENT, key.namespace, key.name))
    pod_objects = [child for ref, child in view.of_bot(key) if ref.kind is POD]

    refused = (refusals or _NO_REFUSALS).of(key)

    def make() -> Observation:
        bot = read_bot(bot_object)
        sidecars, unreadable = _read_sidecars(sidecar_objects)
        selection = accept(bot, sidecars, invalid=holding(refused, bot, sidecars))
        return Observation(
            bot=bot,
            selection=SidecarSelection(accepted=selection.accepted, refused=[*selection.refused, *unreadable]),
            deployment=deployment,
            pods=tuple(pods.parse(pod, deployment) for pod in pod_objects),
        )

    return _observations.get(key, (bot_object, refused, *sidecar_objects, deployment, *pod_objects), make)


def read_bot(bot_object: Object) -> RitsukoBot:
    try:
        return RitsukoBot.model_validate(bot_object)
    except ValidationError as error:
        raise InvalidResourceError(BOT_KIND, describe(error)) from error


def read_sidecar(sidecar_object: Object) -> McpSidecar:
    try:
        return McpSidecar.model_validate(sidecar_object)
    except ValidationError as error:
        raise InvalidResourceError(SIDECAR_KIND, describe(error)) from error


def _read_sidecars(objects: Iterable[Object]) -> tuple[list[McpSidecar], list[Rejection]]:
    readable: list[McpSidecar] = []
    unreadable: list[Rejection] = []
    for sidecar_object in objects:
        try:
            readable.append(read_sidecar(sidecar_object))
        except InvalidResourceError as error:
            unreadable.append(Rejection(sidecar_object["metadata"]["name"], Reason.INCOMPLETE, str(error)))
    return readable, unreadable
