"""The little we read of the objects that the apiserver lists. Field names are the API's own."""

from pydantic import BaseModel


class Metadata(BaseModel):
    """ObjectMeta."""

    name: str
    namespace: str = ""
    creationTimestamp: str = ""


class Waiting(BaseModel):
    """Why a container hasn't started."""

    reason: str = ""


class State(BaseModel):
    """ContainerState: at most one is set."""

    waiting: Waiting | None = None
    running: object = None
    terminated: object = None


class ContainerStatus(BaseModel):
    """What the kubelet says of one container."""

    name: str
    state: State = State()
    lastState: State = State()
    restartCount: int = 0


class Container(BaseModel):
    """A container by name."""

    name: str


class PodSpec(BaseModel):
    """The three kinds of containers."""

    containers: list[Container] = []
    initContainers: list[Container] = []
    ephemeralContainers: list[Container] = []


class PodStatus(BaseModel):
    """Their statuses, missing until the pod is scheduled."""

    phase: str = ""
    containerStatuses: list[ContainerStatus] = []
    initContainerStatuses: list[ContainerStatus] = []
    ephemeralContainerStatuses: list[ContainerStatus] = []


class Pod(BaseModel):
    """One pod."""

    metadata: Metadata
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name

    @property
    def containers(self) -> list[ContainerStatus]:
        """Every container with what is known of it, the main ones first."""
        status, spec = self.status, self.spec
        statuses = (*status.containerStatuses, *status.initContainerStatuses, *status.ephemeralContainerStatuses)
        known = {one.name: one for one in statuses}
        named = (*spec.containers, *spec.initContainers, *spec.ephemeralContainers)
        return [known.get(one.name, ContainerStatus(name=one.name)) for one in named]


class ListMeta(BaseModel):
    """How many more there are than were listed."""

    remainingItemCount: int = 0


class PodList(BaseModel):
    """A list of pods."""

    items: list[Pod] = []
    metadata: ListMeta = ListMeta()


class Named(BaseModel):
    """Any object, of which only the name matters."""

    metadata: Metadata


class NamedList(BaseModel):
    """A list of those."""

    items: list[Named] = []
