"""What the caller was told."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource
from matchmaker.api.pagination import Filter
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import mark_read


class NoticeOut(Output):
    class Meta:
        model = Notice
        fields = ["uid", "kind", "context", "path", "created_at", "read_at"]
        read_only_fields = fields


class Notices(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = NoticeOut
    policy = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "read": "notices:write"}
    filters = {
        "unread": Filter(
            "`true`: not read yet.", lambda queryset, value: queryset.filter(read_at__isnull=value == "true")
        )
    }
    words = {"list": "Notices of the caller", "retrieve": "One notice", "read": "Mark a notice as read"}

    def get_queryset(self):
        return Notice.objects.visible_to(self.request.user).order_by("-pk")

    @extend_schema(request=None, responses=NoticeOut)
    def read(self, request, uid):
        notice = self.get_object()
        mark_read(by=request.user, notices=[notice])
        notice.refresh_from_db()
        return Response(NoticeOut(notice).data)
