"""Webhook robots of WeCom, DingTalk and Feishu, as their documentation describes them.

WeCom: https://developer.work.weixin.qq.com/document/path/91770
DingTalk: https://open.dingtalk.com/document/robots/custom-robot-access (signing: "加签")
Feishu: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (signing: "签名校验")

All three answer 200 also where they refuse; the body says so by a code.
"""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from matchmaker.notifications.channels.base import ChatMessage, Refusal, check_host, post
from matchmaker.notifications.outbox import Temporary

JSON = {"Content-Type": "application/json; charset=utf-8"}
A_MINUTE = timedelta(minutes=1)  # all three count messages by the minute


class Robot:
    """What the three have in common: a secret address, a JSON text, and an answer with a code."""

    name = ""
    hosts: tuple[str, ...] = ()
    path = ""  # with which the path of the address begins
    signs = True  # whether its documentation offers a secret for signing
    too_many: frozenset[int] = frozenset()  # codes for more messages than the service takes

    @property
    def is_available(self) -> bool:
        return True

    def check(self, *, url: str, secret: str, keys: dict[str, str]) -> None:
        try:
            check_host(url, self.hosts)
        except ValidationError as error:
            raise ValidationError({"url": error}) from error
        if self.path not in url:
            sentence = _("This is not the address of a robot: copy it whole from the settings of the robot.")
            raise ValidationError({"url": ValidationError(sentence, "no_robot")})
        if secret and not self.signs:
            sentence = _("This program signs nothing: leave the secret empty.")
            raise ValidationError({"secret": ValidationError(sentence, "no_signing")})

    def send(self, address: Any, words: ChatMessage) -> None:
        url, message = self.request(address.url, address.secret, words)
        self.judge(post(url, json.dumps(message, ensure_ascii=False).encode(), JSON))

    def request(self, url: str, secret: str, words: ChatMessage) -> tuple[str, dict[str, Any]]:
        """The address and the message as the service wants them, signed where there is a secret."""
        raise NotImplementedError

    def judge(self, body: bytes) -> None:
        """
        Raises:
            Temporary: too many messages, or an answer that is none of the service's.
            Refusal: the code and the words of the service.
        """
        try:
            answer = json.loads(body)
            code, words = self.code_of(answer)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Temporary("it answered something that is no answer of this program") from error
        if code in self.too_many:
            raise Temporary(f"it answered {code} {words}", after=A_MINUTE)
        if code != 0:
            raise Refusal(f"it answered {code} {words}")

    def code_of(self, answer: dict[str, Any]) -> tuple[int, str]:
        return int(answer["errcode"]), str(answer.get("errmsg", ""))


class WeCom(Robot):
    name = "wecom"
    hosts = ("qyapi.weixin.qq.com",)
    path = "/cgi-bin/webhook/send?key="
    signs = False
    too_many = frozenset({45009, 45033})

    def request(self, url: str, secret: str, words: ChatMessage) -> tuple[str, dict[str, Any]]:
        return url, {"msgtype": "text", "text": {"content": words.line}}


class DingTalk(Robot):
    name = "dingtalk"
    hosts = ("oapi.dingtalk.com",)
    path = "/robot/send?access_token="
    too_many = frozenset({130101, 410100})

    def request(self, url: str, secret: str, words: ChatMessage) -> tuple[str, dict[str, Any]]:
        message = {"msgtype": "text", "text": {"content": words.line}}
        if not secret:
            return url, message
        stamp = str(round(time.time() * 1000))
        mark = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)
        return f"{url}&timestamp={stamp}&sign={quote_plus(base64.b64encode(mark))}", message


class Feishu(Robot):
    name = "feishu"
    hosts = ("open.feishu.cn", "open.larksuite.com")
    path = "/open-apis/bot/v2/hook/"
    too_many = frozenset({11232})

    def request(self, url: str, secret: str, words: ChatMessage) -> tuple[str, dict[str, Any]]:
        message: dict[str, Any] = {"msg_type": "text", "content": {"text": words.line}}
        if secret:
            stamp = str(round(time.time()))
            # As documented: the time and the secret are the key, and what is signed is empty.
            mark = hmac.digest(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256)
            message |= {"timestamp": stamp, "sign": base64.b64encode(mark).decode()}
        return url, message

    def code_of(self, answer: dict[str, Any]) -> tuple[int, str]:
        code = answer["code"] if "code" in answer else answer["StatusCode"]
        return int(code), str(answer.get("msg") or answer.get("StatusMessage") or "")
