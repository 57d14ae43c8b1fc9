"""Blocks in the Venue API: time that the venue keeps for itself."""

from typing import Any, ClassVar

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.days import checked_order
from bookingflow.api.idempotency import mutation
from bookingflow.api.paging import page
from bookingflow.api.schema import operation
from bookingflow.api.serializers import NoQuery, NothingSerializer, page_of, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from rooms import queries, services
from rooms.api.schedules import SCHEDULES
from rooms.documents import block_document
from rooms.schedule_serializers import (
    BlockCreateSerializer,
    BlockedSerializer,
    BlockListQuery,
    BlockSerializer,
    BlocksSerializer,
)

BLOCKS = "/api/v1/schedules/blocks"
NO_SUCH_BLOCK = {404: "NOT_FOUND: no block of this organization."}


class Blocks(OrganizationViewSet):
    scopes: ClassVar = {
        "list": "schedules:read",
        "retrieve": "schedules:read",
        "create": "schedules:write",
        "destroy": "schedules:write",
    }

    @operation(
        "listBlocks",
        tag=SCHEDULES,
        summary="List blocks",
        description="Earliest start first: all, or those of a schedule, a room's schedule, a range of local days.",
        query=BlockListQuery,
        answers={200: page_of(BlockSerializer)},
    )
    def list(self, request: Request) -> Response:
        asked = read_query(BlockListQuery, request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        checked_order(asked.get("start_date"), asked.get("end_date"))
        rows = queries.filtered_blocks(self.organization, **asked)
        return Response(
            page(request, rows, ordering=("start", "id"), limit=limit, cursor=cursor, show=block_document)
        )

    @operation(
        "blockTime",
        tag=SCHEDULES,
        summary="Block dates or times",
        description=(
            "Of a room's schedule, of a schedule, or of all: from `start` to `end`, or whole local days from "
            "`startDate` to `endDate`, both included. With live bookings in the way (their buffers count) nothing is "
            "blocked, unless `force` says so: then they stay, and `conflicts` lists them."
        ),
        body=BlockCreateSerializer,
        answers={
            201: PolymorphicProxySerializer(
                component_name="BlockedTime",
                serializers=[BlockedSerializer, BlocksSerializer],
                resource_type_field_name=None,
            )
        },
        errors={
            404: "BOOKING_TYPE_NOT_FOUND: no such room. NOT_FOUND: no such schedule.",
            409: "BLOCK_CONFLICT: there are live bookings in that time; `details` lists them.",
        },
        keyed=True,
    )
    @mutation
    def create(self, request: Request) -> Response:
        read_query(NoQuery, request)
        asked = read_body(BlockCreateSerializer, request)
        blocked = services.block_time(organization=self.organization, actor=self.actor, **asked)
        documents = [_blocked_document(each) for each in blocked]
        if asked.get("all_schedules"):
            return self.created({"blocks": documents}, BLOCKS)
        return self.created(documents[0], f"{BLOCKS}/{documents[0]['id']}")

    @operation(
        "readBlock",
        tag=SCHEDULES,
        summary="Read a block",
        description="Without the bookings that stayed in its time: these are told once, when it is made.",
        answers={200: BlockSerializer},
        errors=NO_SUCH_BLOCK,
    )
    def retrieve(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        return Response(block_document(queries.find_block(self.organization, identifier)))

    @operation(
        "liftBlock",
        tag=SCHEDULES,
        summary="Lift a block",
        description="Its time is on offer again, where nothing else is in the way.",
        body=NothingSerializer,
        answers={204: None},
        errors=NO_SUCH_BLOCK,
        keyed=True,
    )
    @mutation
    def destroy(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        read_body(NothingSerializer, request)
        block = queries.find_block(self.organization, identifier)
        services.lift_block(organization=self.organization, actor=self.actor, block_id=block.pk)
        return Response(status=204)


def _blocked_document(blocked: services.Blocked) -> dict[str, Any]:
    return {**block_document(blocked.block), "conflicts": blocked.conflicts}
