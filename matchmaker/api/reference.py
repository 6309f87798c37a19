"""Categories and HS codes, which everybody may read; and the suggestion of codes from a text."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.permissions import EVERYONE
from matchmaker.api.texts import TextField, TextsField
from matchmaker.catalogue.models import Category, HSCode
from matchmaker.matching.services import narrow_code, other_answers, question_text, suggest_codes


class CategoryOut(Output):
    name, names = TextField(), TextsField(source="name", read_only=True)

    class Meta:
        model = Category
        fields = ["code", "group", "name", "names"]
        read_only_fields = fields


class Categories(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = CategoryOut
    queryset = Category.objects.all()
    lookup_field = "code"
    lookup_value_converter = "str"
    policy = {"list": EVERYONE, "retrieve": EVERYONE}
    filters = {"group": equal("group", "A group of the campaign.")}
    words = {"list": "Categories", "retrieve": "One category"}


class HSCodeOut(Output):
    """`text` and `path` are of the nomenclature, `title` is of chapters, `names` are everyday names of such goods."""

    parent = serializers.CharField(source="parent_id", read_only=True, allow_null=True)
    category = serializers.CharField(source="category_id", read_only=True, allow_null=True)
    text, text_texts = TextField(), TextsField(source="text", read_only=True)
    path, path_texts = TextField(), TextsField(source="path", read_only=True)
    title, title_texts = TextField(), TextsField(source="title", read_only=True)
    names, names_texts = TextField(), TextsField(source="names", read_only=True)

    class Meta:
        model = HSCode
        fields = ["code", "level", "parent", "text", "text_texts", "path", "path_texts", "title", "title_texts"]
        fields += ["names", "names_texts", "category"]
        read_only_fields = fields


class HSCodes(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = HSCodeOut
    queryset = HSCode.objects.all()
    lookup_field = "code"
    lookup_value_converter = "str"
    policy = {"list": EVERYONE, "retrieve": EVERYONE}
    filters = {
        "parent": equal("parent", "The code one level above."),
        "level": equal("level", "2 chapters, 4 headings, 6 subheadings."),
        "category": equal("category", "The campaign's category it belongs to."),
    }
    words = {"list": "HS codes", "retrieve": "One HS code"}


class TextIn(Strict):
    text = serializers.CharField(max_length=2000)
    language = serializers.CharField(max_length=10, required=False, default="", allow_blank=True)


class CodesOut(serializers.Serializer):
    categories = serializers.ListField(child=serializers.DictField())
    hs_codes = serializers.ListField(child=serializers.DictField())


class Suggestions(Resource):
    serializer_class = TextIn
    policy = {"create": EVERYONE}
    words = {"create": "Suggest category and HS code for a text"}
    notes = {"create": "In any language of products. The shares of each list add up to at most 1."}

    @extend_schema(request=TextIn, responses={200: CodesOut})
    def create(self, request):
        given = self.given(TextIn)
        suggestions = suggest_codes(given.validated_data["text"], given.validated_data["language"])
        return Response(
            {
                "categories": [
                    {"code": c.code, "name": str(c.name), "share": round(s, 4)} for c, s in suggestions.categories
                ],
                "hs_codes": [
                    {"code": c.code, "text": str(c.path), "share": round(s, 4)} for c, s in suggestions.hs_codes
                ],
            }
        )


class NarrowIn(TextIn):
    """`answers` are the identifiers of the options chosen so far, in order: at most three."""

    answers = serializers.ListField(child=serializers.CharField(max_length=10), required=False, max_length=3)


class ShareOut(serializers.Serializer):
    hs6 = serializers.CharField()
    share = serializers.FloatField()


class OptionOut(serializers.Serializer):
    """`note` is the text of the nomenclature behind the everyday names of `label`."""

    id = serializers.CharField()
    label = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    codes = serializers.ListField(child=serializers.CharField())


class QuestionOut(serializers.Serializer):
    id = serializers.CharField()
    text = serializers.CharField()
    options = OptionOut(many=True)


class NarrowedOut(serializers.Serializer):
    codes = ShareOut(many=True)
    question = QuestionOut(allow_null=True)


class NarrowedCodes(Resource):
    serializer_class = NarrowIn
    policy = {"create": EVERYONE}
    words = {"create": "Narrow a text down to one HS code by at most three questions"}
    notes = {
        "create": "Send the text without answers, then again with the identifier of each option that was chosen. Two "
        "options without codes are always there: `none` (none of these) and `unknown` (I don't know)."
    }

    @extend_schema(request=NarrowIn, responses={200: NarrowedOut})
    def create(self, request):
        given = self.given(NarrowIn).validated_data
        answers = given.get("answers", [])
        try:
            narrowing = narrow_code(given["text"], given["language"], answers)
        except ValueError as error:
            raise serializers.ValidationError({"answers": [str(error)]}) from error
        options = [
            {"id": one.id, "label": one.label, "note": one.note, "codes": list(one.codes)} for one in narrowing.options
        ]
        options += [{"id": one, "label": words, "note": "", "codes": []} for one, words in other_answers()]
        question = {"id": f"q{len(answers) + 1}", "text": question_text(), "options": options}
        return Response(
            {
                "codes": [{"hs6": code, "share": round(share, 6)} for code, share in narrowing.codes],
                "question": question if narrowing.options else None,
            }
        )
